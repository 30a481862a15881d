/** Topics and access rights of an installation's log. */
@NullMarked
package io.postern.stack.access;

import org.jspecify.annotations.NullMarked;
