@NullMarked
package io.postern.stack.checking;

import org.jspecify.annotations.NullMarked;
