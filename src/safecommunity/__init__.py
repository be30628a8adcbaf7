"""SafeCommunity 安全社区: record once, use everywhere."""
