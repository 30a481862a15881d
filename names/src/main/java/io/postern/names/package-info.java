/** Domain names and the names of certificates, by one rule for all who compare them. */
@NullMarked
package io.postern.names;

import org.jspecify.annotations.NullMarked;
