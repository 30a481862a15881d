@NullMarked
package io.postern.operator.audit.rules;

import org.jspecify.annotations.NullMarked;
