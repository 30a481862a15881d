@NullMarked
package io.postern.operator.signin;

import org.jspecify.annotations.NullMarked;
