/** Linux system calls by their Linux names, and owners for the descriptors and mappings that they hand out. */
@NullMarked
package dev.baton.kernel;

import org.jspecify.annotations.NullMarked;
