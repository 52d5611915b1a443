// Max for scripts: `max_player EXTERNAL FOLDER` makes the first class of a library, seeks files in
// a folder, does what lines of the standard input say, and prints all that comes of it.
//
//   create ARGUMENTS      makes the object
//   send TEXT             sends a message on the main thread,
//   timed TEXT            or on the timer's
//   dsp RATE_HZ N         turns signals on, in blocks of N samples
//   play FILE             plays raw 64 bit floats into it, whole blocks
//   keep FILE             writes what came of the last play as such floats: all left, all right
//   run SECONDS           serves the queues for a time,
//   wait BEGINNING        or until something that begins like that comes out
//   ready                 or until the engine is
//   say TEXT              prints `said TEXT`, after all that came before

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "world.h"

using max_host::Box;
using max_host::World;

namespace {

std::vector<double> samples_of(const std::string& path) {
    std::vector<double> samples(std::filesystem::file_size(path) / sizeof(double));
    std::ifstream(path, std::ios::binary)
        .read(reinterpret_cast<char*>(samples.data()),
              static_cast<std::streamsize>(samples.size() * sizeof(double)));
    return samples;
}

void append(std::ofstream& file, const std::vector<double>& samples) {
    file.write(reinterpret_cast<const char*>(samples.data()),
               static_cast<std::streamsize>(samples.size() * sizeof(double)));
}

class Player {
public:
    Player(const std::string& external, const std::string& folder) {
        m_world.search_path() = {folder};
        m_world.open(external);
    }

    void obey(const std::string& line) {
        const std::size_t end = line.find(' ');
        const std::string rest = end == std::string::npos ? "" : line.substr(end + 1);
        commands().at(line.substr(0, end))(*this, rest);
    }

    /// Prints what has come since; whether something began like that.
    bool print(const std::string& beginning = "\n") {
        bool has_come = false;
        if (m_box != nullptr) {
            for (const auto& each : m_world.take_sent(*m_box)) {
                std::cout << each.outlet << ' ' << each.text << '\n';
                has_come = has_come || each.text.starts_with(beginning);
            }
        }
        for (const std::string& sentence : m_world.take_console()) {
            std::cout << "console " << sentence << '\n';
        }
        return has_come;
    }

private:
    using Command = std::function<void(Player&, const std::string&)>;

    static const std::map<std::string, Command>& commands() {
        static const std::map<std::string, Command> k_commands{
            {"create", [](Player& it, auto& rest) { it.m_box = it.m_world.create(rest); }},
            {"send", [](Player& it, auto& rest) { it.m_world.send(*it.m_box, rest); }},
            {"timed",
             [](Player& it, auto& rest) {
                 it.m_world.timer().on_thread([&] { it.m_world.send(*it.m_box, rest); });
             }},
            {"dsp",
             [](Player& it, auto& rest) {
                 std::size_t end = 0;
                 const double rate_hz = std::stod(rest, &end);
                 it.m_world.start_dsp(rate_hz, std::stol(rest.substr(end)));
             }},
            {"play", [](Player& it,
                        auto& rest) { it.m_heard = it.m_world.audio().play(samples_of(rest)); }},
            {"keep",
             [](Player& it, auto& rest) {
                 std::ofstream file(rest, std::ios::binary);
                 append(file, it.m_heard.left);
                 append(file, it.m_heard.right);
             }},
            {"run", [](Player& it, auto& rest) { it.m_world.run_for(std::stod(rest)); }},
            {"wait", [](Player& it, auto& rest) { it.wait(rest); }},
            {"ready",
             [](Player& it, auto& /*rest*/) {
                 it.wait("engine ready", [&it] { it.m_world.send(*it.m_box, "info"); });
             }},
            {"say",
             [](Player& it, auto& rest) {
                 it.print();
                 std::cout << "said " << rest << '\n';
             }},
        };
        return k_commands;
    }

    void wait(const std::string& beginning, const std::function<void()>& ask = [] {}) {
        const auto has_come = [&] {
            ask();
            return print(beginning);
        };
        constexpr double k_much_s = 120.0;  // LibTorch is large, and machines are busy.
        if (!m_world.run_until(has_come, k_much_s)) {
            throw std::runtime_error("nothing came that begins with " + beginning);
        }
    }

    World m_world;
    Box* m_box = nullptr;
    max_host::Stereo m_heard;  ///< Of the last play.
};

}  // namespace

// NOLINTNEXTLINE(misc-const-correctness): the type of main is fixed.
int main(int n_arguments, char** arguments) {
    if (n_arguments != 3) {
        std::cerr << "usage: max_player EXTERNAL FOLDER\n";
        return 2;
    }
    try {
        {
            Player player(arguments[1], arguments[2]);
            for (std::string line; std::getline(std::cin, line);) {
                player.obey(line);
                player.print();
            }
        }
        for (const std::string& rule : max_host::take_breaches()) {
            std::cout << "breach " << rule << '\n';
        }
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
