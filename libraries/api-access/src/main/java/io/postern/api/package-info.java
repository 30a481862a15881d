/** Access to a service's REST API, and the form of its errors. */
@NullMarked
package io.postern.api;

import org.jspecify.annotations.NullMarked;
