@NullMarked
package io.postern.stack.trace;

import org.jspecify.annotations.NullMarked;
