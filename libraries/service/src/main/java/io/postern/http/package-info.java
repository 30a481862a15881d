/** Addresses at which a service may listen for HTTP. */
@NullMarked
package io.postern.http;

import org.jspecify.annotations.NullMarked;
