/** Child programs that are kept alive, and ended with their parent. */
@NullMarked
package io.postern.stack.process;

import org.jspecify.annotations.NullMarked;
