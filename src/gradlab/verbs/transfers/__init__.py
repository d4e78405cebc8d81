"""`transfer`: how far what was learned carries to other pictures, in words, tables, JSON and as a page."""

from gradlab.verbs.transfers._result import Transfer as Transfer
from gradlab.verbs.transfers._transfer import transfer as transfer
