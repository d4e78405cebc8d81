"""`transfer`: how far what was learned carries to other pictures, in words, tables, JSON and as a page."""

from descentlab.labs.transfer._result import Transfer as Transfer
from descentlab.labs.transfer._transfer import transfer as transfer
