@NullMarked
package io.postern.operator.audit;

import org.jspecify.annotations.NullMarked;
