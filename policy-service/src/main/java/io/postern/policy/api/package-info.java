/** The REST API (DESIGN §9). */
@NullMarked
package io.postern.policy.api;

import org.jspecify.annotations.NullMarked;
