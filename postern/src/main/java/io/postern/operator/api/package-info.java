/** Clients of the services' APIs. */
@NullMarked
package io.postern.operator.api;

import org.jspecify.annotations.NullMarked;
