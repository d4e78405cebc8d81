"""`transfer`: how far what was learned carries to other pictures, in words, tables, JSON and as a page."""

from descentlab.verbs.transfers._result import Transfer as Transfer
from descentlab.verbs.transfers._transfer import transfer as transfer
