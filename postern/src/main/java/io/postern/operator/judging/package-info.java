/** Judging chains that were collected, in bulk and without the network. */
@NullMarked
package io.postern.operator.judging;

import org.jspecify.annotations.NullMarked;
