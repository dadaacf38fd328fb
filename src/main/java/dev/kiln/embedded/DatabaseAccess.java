package dev.kiln.embedded;

import org.postgresql.ds.PGSimpleDataSource;

/**
 * How to connect to a database.
 *
 * @param url its JDBC URL, without the credentials
 */
public record DatabaseAccess(String url, String username, String password) {

    /** The same server and role, another database. */
    public DatabaseAccess database(String name) {
        return new DatabaseAccess(
                url.substring(0, url.lastIndexOf('/') + 1) + name, username, password);
    }

    /** Opens one connection for each that is asked for; does not pool them. */
    public PGSimpleDataSource dataSource() {
        var source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(username);
        source.setPassword(password);
        return source;
    }

    /** Without the password: this text ends up in messages. */
    @Override
    public String toString() {
        return username + "@" + url;
    }
}
