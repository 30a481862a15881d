/**
 * The OpenID provider at which a browser signs in: its addresses and its answers
 * (docs/decisions/0070-a-browser-signs-in-at-a-provider.md).
 */
@NullMarked
package io.postern.console.signin;

import org.jspecify.annotations.NullMarked;
