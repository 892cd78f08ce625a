using PatchTools.Help;

// patchtools-help SOURCE TARGET: about_*.md become about_*.help.txt, all other pages one MAML file named by their front
// matter.
if (args is not [var source, var target])
{
    Console.Error.WriteLine("Needs the folder of the pages and the folder to write to.");
    return 2;
}

try
{
    Directory.CreateDirectory(target);
    Dictionary<string, List<CommandPage>> maml = new(StringComparer.Ordinal);
    foreach (var path in Directory.EnumerateFiles(source, "*.md").Order(StringComparer.Ordinal))
    {
        var page = MarkdownPage.Read(path);
        if (Path.GetFileName(path).StartsWith("about_", StringComparison.Ordinal))
        {
            File.WriteAllText(
                Path.Combine(target, Path.ChangeExtension(Path.GetFileName(path), ".help.txt")),
                AboutText.Of(page)
            );
            continue;
        }

        var command = CommandPage.Of(page);
        if (!maml.TryGetValue(command.HelpFile, out var pages))
            maml[command.HelpFile] = pages = [];
        pages.Add(command);
    }

    foreach (var (file, pages) in maml)
        MamlFile.Of(pages).Save(Path.Combine(target, file));
    return 0;
}
catch (PageException e)
{
    // The form in which MSBuild shows file and line of an error.
    Console.Error.WriteLine($"{e.Page}({e.Line}): error HELP001: {e.Message}");
    return 1;
}
