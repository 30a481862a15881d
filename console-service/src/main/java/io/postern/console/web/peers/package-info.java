/** The APIs of the other services, asked in the name of the page's reader. */
@NullMarked
package io.postern.console.web.peers;

import org.jspecify.annotations.NullMarked;
