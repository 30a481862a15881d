/** Signing in and out with a browser. */
@NullMarked
package io.postern.console.web.signin;

import org.jspecify.annotations.NullMarked;
