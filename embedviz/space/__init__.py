"""The values everything else works on: the space, questions about it and their answers."""

from embedviz.space.answer import Answer, ask, ask_steps
from embedviz.space.completion import completion
from embedviz.space.composing import Composer, Composition
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.metrics import METRICS, Metric, metric_named
from embedviz.space.neighbors import search, search_steps
from embedviz.space.projection import Projection
from embedviz.space.query import Query, evaluate, parse
from embedviz.space.query_tokens import quoted
from embedviz.space.source import Note, Source
from embedviz.space.spelling import near_spellings
from embedviz.space.table import Column, Table

__all__ = [
    "METRICS",
    "Answer",
    "Column",
    "Composer",
    "Composition",
    "EmbeddingSpace",
    "Labels",
    "Metric",
    "Note",
    "Projection",
    "Query",
    "Source",
    "Table",
    "ask",
    "ask_steps",
    "completion",
    "evaluate",
    "metric_named",
    "near_spellings",
    "parse",
    "quoted",
    "search",
    "search_steps",
]
