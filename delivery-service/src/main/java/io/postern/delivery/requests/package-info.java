/** Requests that other services publish to a topic, of which one replica has each. */
@NullMarked
package io.postern.delivery.requests;

import org.jspecify.annotations.NullMarked;
