using System.Data;
using System.Text;
using PatchTools.Errors;
using PatchTools.Ports;

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
    private const string Packages =
        "SELECT pkgKey, name, arch, epoch, version, release, time_build FROM packages ORDER BY pkgKey";
    private const string Obsoletes =
        "SELECT pkgKey, name, flags, epoch, version, release FROM obsoletes ORDER BY pkgKey";

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>.</exception>
    public static void Read(IDatabaseReader database, string path, IPrimarySink sink)
    {
        Dictionary<long, List<(byte[] Name, byte[] Flags, byte[] Edition)>> obsoletes = [];
        try
        {
            database.Read(
                path,
                Obsoletes,
                row =>
                {
                    var package = row.GetInt64(0);
                    if (!obsoletes.TryGetValue(package, out var list))
                        obsoletes[package] = list = [];
                    list.Add((Bytes(Text(row, 1)), Bytes(Text(row, 2)), Bytes(Edition(row, 3))));
                }
            );
            database.Read(
                path,
                Packages,
                row =>
                {
                    foreach (var (name, flags, edition) in obsoletes.GetValueOrDefault(row.GetInt64(0), []))
                        sink.Obsoletes(name, flags, edition);
                    var (package, architecture, version) = (Text(row, 1), Text(row, 2), Edition(row, 3));
                    if (package.Length == 0 || architecture.Length == 0 || version.Length == 0)
                        throw new InvalidDataException("a package has no name, architecture or version");
                    sink.Add(
                        Bytes(package),
                        Bytes(architecture),
                        Bytes(version),
                        row.IsDBNull(6) ? 0 : row.GetInt64(6)
                    );
                }
            );
        }
        catch (Exception e) when (e is InvalidDataException or InvalidCastException or FormatException)
        {
            throw new PatchToolsException(
                PatchErrors.RepositoryMetadataMalformed,
                $"{path} cannot be read as a repository's list of packages: {e.Message}",
                path,
                e
            );
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(IDataRecord row, int column) => row.IsDBNull(column) ? "" : row.GetString(column);

    /// <summary>Epoch, version and release in three columns; empty without a version.</summary>
    private static string Edition(IDataRecord row, int column)
    {
        var (epoch, version, release) = (Text(row, column), Text(row, column + 1), Text(row, column + 2));
        var edition = release.Length == 0 ? version : $"{version}-{release}";
        return epoch.Length == 0 || epoch == "0" || version.Length == 0 ? edition : $"{epoch}:{edition}";
    }
}
