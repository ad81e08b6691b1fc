"""The believable year that fills a demo workspace: pure data, the same for the same day and seed."""

from farthing.demo.records import DemoAccount, DemoCategory, DemoTransaction, DemoYear
from farthing.demo.year import year

__all__ = ["DemoAccount", "DemoCategory", "DemoTransaction", "DemoYear", "year"]
