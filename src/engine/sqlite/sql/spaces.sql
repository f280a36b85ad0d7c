-- Pages of the file, their size, and those that hold nothing.
select page_count as pages, page_size as size, freelist_count as free
from pragma_page_count, pragma_page_size, pragma_freelist_count;
