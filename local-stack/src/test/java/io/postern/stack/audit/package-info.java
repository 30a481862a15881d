@NullMarked
package io.postern.stack.audit;

import org.jspecify.annotations.NullMarked;
