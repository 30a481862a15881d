/** Tests of the load generator and the sink, one against the other. */
@NullMarked
package io.postern.stack.load;

import org.jspecify.annotations.NullMarked;
