@NullMarked
package io.postern.stack.audit.rules;

import org.jspecify.annotations.NullMarked;
