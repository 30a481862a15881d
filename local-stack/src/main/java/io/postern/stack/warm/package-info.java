/** The run under load from which the AOT caches of broker and services are made. */
@NullMarked
package io.postern.stack.warm;

import org.jspecify.annotations.NullMarked;
