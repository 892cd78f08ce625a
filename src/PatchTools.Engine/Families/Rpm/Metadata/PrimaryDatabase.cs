using PatchTools.Errors;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>
/// Reads <c>primary_db</c>: the SQLite form of a primary list, which yum 3 downloads instead of the XML where a
/// repository has it (as all of Amazon Linux 2, CentOS 7 and RHEL 7 have).
/// </summary>
internal static class PrimaryDatabase
{
    // createrepo_c 0.20.1, sqlite3 -line:
    // SELECT * FROM packages: pkgKey = 7, pkgId = 0d8e…, name = r-epoch, arch = x86_64, version = 1.1, epoch = 1,
    // release = 1, summary = …, time_file = 1767225600, time_build = 1767225600, … SELECT * FROM obsoletes: name =
    // o-old, flags = LT, epoch = 0, version = 2, release = NULL, pkgKey = 31 SELECT * FROM provides: name = m-lib,
    // flags = NULL, epoch = NULL, version = NULL, release = NULL, pkgKey = 24
    private static readonly string[] s_packages =
    [
        "pkgKey",
        "name",
        "arch",
        "epoch",
        "version",
        "release",
        "time_build",
    ];

    private static readonly string[] s_obsoletes = ["pkgKey", "name", "flags", "epoch", "version", "release"];

    /// <param name="stream">The database; it can seek.</param>
    /// <param name="path">Where it lies, for messages.</param>
    /// <param name="sink">Takes the packages.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>.</exception>
    public static void Read(Stream stream, string path, IPrimarySink sink)
    {
        try
        {
            var database = new SqliteFile(stream);
            var obsoletes = ReadObsoletes(database);
            database.Read("packages", s_packages, (in SqliteRow row) => Add(row, obsoletes, sink));
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new PatchToolsException(
                PatchErrors.RepositoryMetadataMalformed,
                $"{path} cannot be read as a repository's list of packages: {e.Message}",
                path,
                e
            );
        }
    }

    private static Dictionary<long, List<(byte[] Name, byte[] Flags, byte[] Edition)>> ReadObsoletes(
        SqliteFile database
    )
    {
        Dictionary<long, List<(byte[] Name, byte[] Flags, byte[] Edition)>> obsoletes = [];
        database.Read(
            "obsoletes",
            s_obsoletes,
            (in SqliteRow row) =>
            {
                var package = row.Integer(0);
                if (!obsoletes.TryGetValue(package, out var list))
                    obsoletes[package] = list = [];
                var edition = new TextBuffer(stackalloc byte[TextBuffer.Capacity]);
                edition.SetEdition(row.Text(3), row.Text(4), row.Text(5));
                list.Add((row.Text(1).ToArray(), row.Text(2).ToArray(), edition.Bytes.ToArray()));
            }
        );
        return obsoletes;
    }

    private static void Add(
        in SqliteRow row,
        Dictionary<long, List<(byte[] Name, byte[] Flags, byte[] Edition)>> obsoletes,
        IPrimarySink sink
    )
    {
        var edition = new TextBuffer(stackalloc byte[TextBuffer.Capacity]);
        edition.SetEdition(row.Text(3), row.Text(4), row.Text(5));
        var name = row.Text(1);
        var architecture = row.Text(2);
        if (name.IsEmpty || architecture.IsEmpty || edition.Length == 0)
            throw new InvalidDataException("a package has no name, architecture or version");
        if (obsoletes.TryGetValue(row.Integer(0), out var replaced))
        {
            foreach (var (obsoleted, flags, upTo) in replaced)
                sink.Obsoletes(obsoleted, flags, upTo);
        }

        sink.Add(name, architecture, edition.Bytes, row.IsNull(6) ? 0 : row.Integer(6));
    }
}
