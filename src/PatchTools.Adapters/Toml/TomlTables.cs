using Tomlyn.Model;
using Tomlyn.Serialization;

namespace PatchTools.Adapters.Toml;

/// <summary>How a table is read, made by Tomlyn during the build: nothing is looked up by reflection.</summary>
[TomlSerializable(typeof(TomlTable))]
internal sealed partial class TomlTables : TomlSerializerContext;
