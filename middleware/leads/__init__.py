"""Lead lists as sales people have them: files and headings of any make in, typed rows and what is wrong with them out.

Knows nothing of the store and of who may be called; see `middleware.services.scrub` for that.
"""
