@NullMarked
package io.postern.console.web.signin;

import org.jspecify.annotations.NullMarked;
