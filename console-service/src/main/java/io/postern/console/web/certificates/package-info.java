/** Pages about certificates: what ends next, checks, roots, rehearsals, records to publish. */
@NullMarked
package io.postern.console.web.certificates;

import org.jspecify.annotations.NullMarked;
