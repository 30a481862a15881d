@NullMarked
package io.postern.operator.pem;

import org.jspecify.annotations.NullMarked;
