"""Tests in a real browser; a package, so that the browser closes after the last one."""
