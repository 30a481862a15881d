@NullMarked
package io.postern.operator.trace;

import org.jspecify.annotations.NullMarked;
