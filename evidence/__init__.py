"""Long studies of the project's own claims, outside CI: each can be stopped and continued, and names its commit."""
