"""Reads logs of CI jobs as they come: streamed, bounded, whatever they hold."""
