/** The service: settings, start and stop, health. */
@NullMarked
package io.postern.policy;

import org.jspecify.annotations.NullMarked;
