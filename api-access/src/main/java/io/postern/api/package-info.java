/** Who may use a service's REST API, and how an answer says that it is none. */
@NullMarked
package io.postern.api;

import org.jspecify.annotations.NullMarked;
