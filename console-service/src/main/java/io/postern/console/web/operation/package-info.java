/** Pages for the installation: overview, queue, reports, changes, access, settings. */
@NullMarked
package io.postern.console.web.operation;

import org.jspecify.annotations.NullMarked;
