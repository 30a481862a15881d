/** Tests of when caches are made, and when not. */
@NullMarked
package io.postern.stack.warm;

import org.jspecify.annotations.NullMarked;
