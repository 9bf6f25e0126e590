"""The cache: answers that cost time, kept in memory and on disk, never in the way when they cannot be kept."""

from storage.cache.cache import Cache, CacheStats
from storage.cache.codec import Cacheable
from storage.cache.keys import CacheKeys

__all__ = ["Cache", "CacheKeys", "CacheStats", "Cacheable"]
