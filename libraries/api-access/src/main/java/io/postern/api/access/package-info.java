/**
 * What is known in each service of users' roles and sessions
 * (docs/decisions/0089-one-service-signs-tokens.md).
 */
@NullMarked
package io.postern.api.access;

import org.jspecify.annotations.NullMarked;
