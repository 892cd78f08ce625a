using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using PatchTools.Errors;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Rpm;

/// <summary>Databases that SQLite itself made, read by the engine's own reader.</summary>
public sealed class SqliteFileTests
{
    private const int Seed = 20261201;

    /// <summary>The schema of yum-metadata-parser and createrepo_c, as far as a list of packages needs it.</summary>
    private const string Schema =
        "CREATE TABLE packages (  pkgKey INTEGER PRIMARY KEY,  pkgId TEXT,  name TEXT,  arch TEXT,  version TEXT,  "
        + "epoch TEXT,  release TEXT,  summary TEXT,  description TEXT,  time_file INTEGER,  time_build INTEGER);\n"
        + "CREATE TABLE files (  name TEXT,  type TEXT,  pkgKey INTEGER);\n"
        + "CREATE TABLE obsoletes (  name TEXT,  flags TEXT,  epoch TEXT,  version TEXT,  release TEXT,  pkgKey "
        + "INTEGER );\nCREATE INDEX packagename ON packages (name);\n";

    [Theory]
    [InlineData(512, 700)]
    [InlineData(1024, 5000)]
    [InlineData(4096, 5000)]
    [InlineData(32768, 300)]
    [InlineData(65536, 300)]
    [InlineData(4096, 1)]
    [InlineData(4096, 0)]
    public void Every_row_is_read_as_SQLite_reads_it(int pageSize, int rows)
    {
        using var folder = new TemporaryDirectory();
        var path = folder.File("primary.sqlite");
        Make(path, pageSize, rows);

        var read = Rows(path, "packages", "pkgKey", "name", "epoch", "description", "time_build");

        Assert.Equal(
            BySqlite(path, "SELECT pkgKey, name, epoch, description, time_build FROM packages ORDER BY pkgKey"),
            read
        );
        Assert.Equal(rows - (rows / 7), read.Count);
        Assert.Equal(
            BySqlite(path, "SELECT pkgKey, name FROM obsoletes ORDER BY rowid"),
            Rows(path, "obsoletes", "pkgKey", "name")
        );
    }

    [Fact]
    public void Numbers_of_every_length_come_back()
    {
        using var folder = new TemporaryDirectory();
        var path = folder.File("numbers.sqlite");
        long[] numbers =
        [
            0,
            1,
            -1,
            127,
            -128,
            32767,
            -32768,
            8388607,
            -8388608,
            int.MaxValue,
            int.MinValue,
            (1L << 47) - 1,
            -(1L << 47),
            long.MaxValue,
            long.MinValue,
        ];
        Execute(
            path,
            "CREATE TABLE t (\"the, key\" INTEGER PRIMARY KEY, n INTEGER DEFAULT (1 + (2)), [t] TEXT, CHECK (n = n));"
                + string.Concat(
                    numbers.Select(n =>
                        string.Create(CultureInfo.InvariantCulture, $"INSERT INTO t VALUES ({n}, {n}, {n});")
                    )
                )
                + "ALTER TABLE t ADD COLUMN later TEXT;"
        );

        var read = Rows(path, "T", "the, key", "n", "t", "later");

        Assert.Equal(numbers.Order().Select(n => FormattableString.Invariant($"{n}|{n}|{n}|")), read);
    }

    [Theory]
    [InlineData("PRAGMA encoding = 'UTF-16le'; CREATE TABLE packages (name TEXT);", "its texts are not UTF-8")]
    [InlineData("CREATE TABLE other (name TEXT);", "it has no table packages")]
    [InlineData("CREATE TABLE packages (nom TEXT);", "table packages has no column name")]
    [InlineData("CREATE TABLE packages (name TEXT PRIMARY KEY) WITHOUT ROWID;", "its tables are without row ids")]
    [InlineData("CREATE VIEW packages AS SELECT 'a' AS name;", "it has no table packages")]
    public void What_is_not_the_list_of_a_repository_is_refused_with_the_reason(string schema, string reason)
    {
        using var folder = new TemporaryDirectory();
        var path = folder.File("other.sqlite");
        Execute(path, schema);

        Assert.Contains(
            reason,
            Assert.Throws<InvalidDataException>(() => Rows(path, "packages", "name")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_list_that_is_cut_short_anywhere_is_refused()
    {
        using var folder = new TemporaryDirectory();
        var path = folder.File("primary.sqlite");
        Make(path, 512, 200);
        var whole = File.ReadAllBytes(path);
        var last = LastPageOfPackages(path, whole);

        for (var length = 0; length < last * 512; length += 97)
        {
            using var cut = new MemoryStream(whole, 0, length);
            var failure = Assert.Throws<PatchToolsException>(() =>
                PrimaryDatabase.Read(cut, "primary.sqlite", new RepositoryMetadataTests.PackageLines())
            );
            Assert.Equal(PatchErrors.RepositoryMetadataMalformed, failure.Error);
        }
    }

    [Fact]
    public void Pages_that_refer_to_each_other_in_a_circle_are_refused()
    {
        using var folder = new TemporaryDirectory();
        var path = folder.File("primary.sqlite");
        Make(path, 512, 200);
        var bytes = File.ReadAllBytes(path);
        var root = (int)RootOf(path, "packages");

        // The right-most child of an interior page.
        var page = bytes.AsSpan((root - 1) * 512, 512);
        Assert.Equal(0x05, page[0]);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(page[8..], root);

        Assert.Throws<PatchToolsException>(() =>
            PrimaryDatabase.Read(new MemoryStream(bytes), "primary.sqlite", new RepositoryMetadataTests.PackageLines())
        );
    }

    [Fact]
    public void Damage_is_read_or_refused_and_never_anything_else()
    {
        using var folder = new TemporaryDirectory();
        var path = folder.File("primary.sqlite");
        Make(path, 512, 60);
        var original = File.ReadAllBytes(path);
        var random = new Random(Seed);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = Damaged(original, random);
            try
            {
                PrimaryDatabase.Read(new MemoryStream(bytes), "fuzz", new RepositoryMetadataTests.PackageLines());
                read++;
            }
            catch (PatchToolsException e) when (e.Error == PatchErrors.RepositoryMetadataMalformed)
            {
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Case {i} of seed {Seed}", e);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {Seed}: {read} read, {refused} refused.");
        Assert.True(read > 500 && refused > 500, $"{read} are read, {refused} are refused.");
    }

    /// <summary>Changes where the structure is denser than chance would find it: the first bytes of pages.</summary>
    private static byte[] Damaged(byte[] original, Random random)
    {
        var bytes = original.ToArray();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var at =
                random.Next(2) == 0
                    ? random.Next(bytes.Length)
                    : Math.Min((random.Next(bytes.Length / 512) * 512) + random.Next(40), bytes.Length - 1);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.AsSpan(at, Math.Min(random.Next(1, 9), bytes.Length - at)).Fill(0xff);
                    break;
                default:
                    var from = random.Next(bytes.Length / 512) * 512;
                    bytes.AsSpan(from, 512).CopyTo(bytes.AsSpan(random.Next(bytes.Length / 512) * 512));
                    break;
            }
        }

        return random.Next(20) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static long LastPageOfPackages(string path, byte[] whole) =>
        Math.Min(
            whole.Length / 512,
            long.Parse(
                BySqlite(path, "SELECT max(rootpage) FROM sqlite_master WHERE type = 'table'")[0],
                CultureInfo.InvariantCulture
            )
        );

    private static long RootOf(string path, string table) =>
        long.Parse(
            BySqlite(path, $"SELECT rootpage FROM sqlite_master WHERE name = '{table}'")[0],
            CultureInfo.InvariantCulture
        );

    /// <summary>Rows of every length, some of them deleted again, written in turns into three tables.</summary>
    private static void Make(string path, int pageSize, int rows)
    {
        var random = new Random(Seed);
        var text = new StringBuilder().Append(
            CultureInfo.InvariantCulture,
            $"PRAGMA page_size = {pageSize};\n{Schema}BEGIN;\n"
        );
        for (var i = 1; i <= rows; i++)
        {
            var description = random.Next(10) switch
            {
                0 => "NULL",
                1 => $"'{new string('ö', random.Next(9 * pageSize))}'",
                _ => $"'{new string('d', random.Next(200))}'",
            };
            var epoch = random.Next(3) == 0 ? "NULL" : "'0'";
            text.Append(
                CultureInfo.InvariantCulture,
                $"INSERT INTO packages VALUES ({i * 3}, 'id{i}', 'name-{i}', 'x86_64', '1.{i}', {epoch}, '1', 's', "
                    + $"{description}, 1767225600, {random.Next()});\n"
            );
            text.Append(CultureInfo.InvariantCulture, $"INSERT INTO files VALUES ('/usr/bin/{i}', 'file', {i * 3});\n");
            if (i % 5 == 0)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"INSERT INTO obsoletes VALUES ('old-{i}', 'LT', '0', '2', NULL, {i * 3});\n"
                );
        }

        text.Append("DELETE FROM packages WHERE pkgKey % 21 = 0;\nCOMMIT;\n");
        Execute(path, text.ToString());
    }

    private static void Execute(string path, string statements)
    {
        using var connection = Open(path);
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own words.
        command.CommandText = statements;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static List<string> BySqlite(string path, string query)
    {
        using var connection = Open(path);
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own words.
        command.CommandText = query;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
            rows.Add(
                string.Join(
                    '|',
                    Enumerable
                        .Range(0, reader.FieldCount)
                        .Select(i =>
                            reader.IsDBNull(i) ? "" : Convert.ToString(reader[i], CultureInfo.InvariantCulture)
                        )
                )
            );
        return rows;
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString
        );
        connection.Open();
        return connection;
    }

    private static List<string> Rows(string path, string table, params string[] columns)
    {
        using var file = File.OpenRead(path);
        List<string> rows = [];
        new SqliteFile(file).Read(
            table,
            columns,
            (in SqliteRow row) =>
            {
                List<string> values = [];
                for (var i = 0; i < columns.Length; i++)
                    values.Add(row.IsNull(i) ? "" : row.TextOf(i));
                rows.Add(string.Join('|', values));
            }
        );
        return rows;
    }
}
