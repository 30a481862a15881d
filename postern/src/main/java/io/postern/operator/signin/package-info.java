/**
 * Signing in: tokens in a file, and an OpenID provider's device flow (RFC 8628) that gives them.
 */
@NullMarked
package io.postern.operator.signin;

import org.jspecify.annotations.NullMarked;
