using System.Buffers.Binary;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>
/// Reads tables of an SQLite database in managed code: yum 3 keeps the package lists of its repositories as such, on
/// hosts whose libc no shipped build of SQLite would load with. As sqlite.org/fileformat2.html has the format. Only
/// whole tables, in the order of their row ids; the file is only read, nothing comes beside it.
/// </summary>
/// <remarks>
/// Damage is always an <see cref="InvalidDataException"/>: every offset is checked, a page is read once for a table,
/// and row ids must ascend, so that no file makes it read for ever or pass rows over in silence.
/// </remarks>
internal sealed class SqliteFile
{
    private const int HeaderLength = 100;

    /// <summary>Of the table that describes the others.</summary>
    private const uint SchemaRoot = 1;

    /// <summary>As many levels as SQLite itself allows a tree (BTCURSOR_MAX_DEPTH).</summary>
    private const int MaxDepth = 20;

    /// <summary>No row of a list of packages comes near: 64 MiB.</summary>
    private const int MaxRowLength = 64 << 20;

    private const int WindowLength = 256 << 10;

    private readonly Stream _file;
    private readonly int _pageSize;
    private readonly int _usable;
    private readonly long _pageCount;
    private readonly byte[] _window;
    private readonly byte[]?[] _pages = new byte[MaxDepth][];
    private long _windowStart = -1;
    private int _windowFill;
    private byte[] _row = [];

    /// <param name="file">The database; it can seek. It stays the caller's.</param>
    /// <exception cref="InvalidDataException">It is not an SQLite database that can be read.</exception>
    public SqliteFile(Stream file)
    {
        _file = file;
        Span<byte> header = stackalloc byte[HeaderLength];
        file.Position = 0;
        if (file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength)
            throw new InvalidDataException("it is not an SQLite database: it is too short");
        if (!header.StartsWith("SQLite format 3\0"u8))
            throw new InvalidDataException("it is not an SQLite database");
        var size = BinaryPrimitives.ReadUInt16BigEndian(header[16..]);
        _pageSize = size == 1 ? 1 << 16 : size;
        if (_pageSize < 512 || (_pageSize & (_pageSize - 1)) != 0)
            throw new InvalidDataException($"its pages have {_pageSize} bytes");
        if (header[19] is not (1 or 2))
            throw new InvalidDataException($"it is of a later version ({header[19]}) of the format");
        _usable = _pageSize - header[20];
        if (_usable < 480)
            throw new InvalidDataException($"its pages have only {_usable} usable bytes");
        if (BinaryPrimitives.ReadUInt32BigEndian(header[56..]) is not (0 or 1))
            throw new InvalidDataException("its texts are not UTF-8");

        // What the header counts holds only where the version that counted is the one that wrote last.
        var counted = BinaryPrimitives.ReadUInt32BigEndian(header[28..]);
        var isCounted = counted > 0 && header.Slice(24, 4).SequenceEqual(header.Slice(92, 4));
        _pageCount = isCounted ? counted : file.Length / _pageSize;
        _window = new byte[Math.Max(WindowLength, _pageSize)];
    }

    /// <summary>Hands over each row, with the columns that are asked for.</summary>
    /// <param name="table">Its name.</param>
    /// <param name="columns">Names of its columns, in the order in which the row has them.</param>
    /// <param name="row">Called for each row; it is that of the moment.</param>
    /// <exception cref="InvalidDataException">The database is damaged, or lacks the table or one of the
    /// columns.</exception>
    public void Read(string table, IReadOnlyList<string> columns, SqliteRowHandler row)
    {
        SqliteTable? found = null;
        Walk(
            SchemaRoot,
            new SqliteRowReader([0, 1, 3, 4], RowIdColumn: -1),
            (in SqliteRow entry) =>
            {
                // type, name, rootpage, sql
                if (
                    entry.Text(0).SequenceEqual("table"u8)
                    && entry.TextOf(1).Equals(table, StringComparison.OrdinalIgnoreCase)
                )
                    found = new SqliteTable(entry.Integer(2), entry.TextOf(3));
            }
        );
        if (found is null)
            throw new InvalidDataException($"it has no table {table}");
        if (found.Root is < 1 or > uint.MaxValue)
            throw new InvalidDataException($"table {table} has no pages");
        Walk((uint)found.Root, found.ReaderOf(table, columns), row);
    }

    private void Walk(uint root, SqliteRowReader reader, SqliteRowHandler row)
    {
        var walk = new TreeWalk(_pageCount, reader, row);
        Visit(root, 0, walk);
    }

    private void Visit(uint page, int depth, TreeWalk walk)
    {
        if (depth >= MaxDepth)
            throw new InvalidDataException("a table has more levels than SQLite allows");
        var bytes = _pages[depth] ??= new byte[_pageSize];
        walk.Enter(page);
        Load(page, bytes);
        var at = page == SchemaRoot ? HeaderLength : 0;
        var isLeaf = bytes[at] switch
        {
            0x0d => true,
            0x05 => false,
            _ => throw new InvalidDataException($"page {page} is not one of a table"),
        };
        var count = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at + 3));
        var pointers = at + (isLeaf ? 8 : 12);
        if (pointers + (2 * count) > _usable)
            throw new InvalidDataException($"page {page} counts more cells than it holds");
        for (var i = 0; i < count; i++)
        {
            var cell = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(pointers + (2 * i)));
            if (cell < pointers + (2 * count) || cell > _usable - 4)
                throw new InvalidDataException($"a cell of page {page} lies outside it");
            if (isLeaf)
                ReadCell(bytes.AsSpan(cell, _usable - cell), page, walk);
            else
                Visit(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(cell)), depth + 1, walk);
        }

        if (!isLeaf)
            Visit(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 8)), depth + 1, walk);
    }

    private void ReadCell(ReadOnlySpan<byte> cell, uint page, TreeWalk walk)
    {
        var length = SqliteRowReader.Varint(ref cell);
        var rowId = SqliteRowReader.Varint(ref cell);
        walk.Follow(rowId, page);
        if (length is < 0 or > MaxRowLength)
            throw new InvalidDataException($"a row of page {page} has {length} bytes");
        var local = LocalLength((int)length);
        if (local > cell.Length)
            throw new InvalidDataException($"a row of page {page} goes beyond it");
        if (local == (int)length)
            walk.Hand(rowId, cell[..local]);
        else
            walk.Hand(rowId, WithOverflow(cell, local, (int)length, page, walk));
    }

    /// <summary>How much of a row lies in its leaf; the rest is in a chain of pages.</summary>
    private int LocalLength(int length)
    {
        var most = _usable - 35;
        if (length <= most)
            return length;
        var least = ((_usable - 12) * 32 / 255) - 23;
        var local = least + ((length - least) % (_usable - 4));
        return local <= most ? local : least;
    }

    private ReadOnlySpan<byte> WithOverflow(ReadOnlySpan<byte> cell, int local, int length, uint page, TreeWalk walk)
    {
        if (cell.Length < local + 4)
            throw new InvalidDataException($"a row of page {page} goes beyond it");

        // A damaged length must not make room for more than the file can hold.
        if ((length - local) / (_usable - 4) > _pageCount)
            throw new InvalidDataException($"a row of page {page} is longer than the database");
        if (_row.Length < length)
            _row = new byte[Math.Max(length, 2 * _row.Length)];
        cell[..local].CopyTo(_row);
        var next = BinaryPrimitives.ReadUInt32BigEndian(cell[local..]);
        for (var filled = local; filled < length; )
        {
            walk.Enter(next);
            var bytes = Page(next);
            var part = Math.Min(length - filled, _usable - 4);
            bytes.Slice(4, part).CopyTo(_row.AsSpan(filled));
            filled += part;
            next = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }

        return _row.AsSpan(0, length);
    }

    private void Load(uint page, byte[] into) => Page(page).CopyTo(into);

    /// <summary>Valid until the next call.</summary>
    private ReadOnlySpan<byte> Page(uint page)
    {
        var start = (page - 1L) * _pageSize;
        if (_windowStart < 0 || start < _windowStart || start + _pageSize > _windowStart + _windowFill)
        {
            _windowStart = start - (start % _window.Length);
            _file.Position = _windowStart;
            _windowFill = _file.ReadAtLeast(_window, _window.Length, throwOnEndOfStream: false);
            if (start + _pageSize > _windowStart + _windowFill)
                throw new InvalidDataException($"it is cut short: page {page} of {_pageCount} is missing");
        }

        return _window.AsSpan((int)(start - _windowStart), _pageSize);
    }

    /// <summary>One way through a tree.</summary>
    private sealed class TreeWalk(long pageCount, SqliteRowReader reader, SqliteRowHandler row)
    {
        private long _visited;
        private long _last = long.MinValue;
        private bool _hasRows;

        public void Enter(uint page)
        {
            if (page < 1 || page > pageCount)
                throw new InvalidDataException($"there is no page {page}");
            if (++_visited > pageCount)
                throw new InvalidDataException("its pages refer to each other in a circle");
        }

        public void Follow(long rowId, uint page)
        {
            if (_hasRows && rowId <= _last)
                throw new InvalidDataException($"the rows of page {page} are out of order");
            _hasRows = true;
            _last = rowId;
        }

        public void Hand(long rowId, ReadOnlySpan<byte> payload) => reader.Hand(rowId, payload, row);
    }
}
