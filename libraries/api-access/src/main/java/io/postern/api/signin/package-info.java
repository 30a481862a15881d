/**
 * The ways in to a service's API: password, token of ours, token of an OpenID provider
 * (docs/guides/users.md).
 */
@NullMarked
package io.postern.api.signin;

import org.jspecify.annotations.NullMarked;
